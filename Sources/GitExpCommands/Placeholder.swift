// GitExpCommands
