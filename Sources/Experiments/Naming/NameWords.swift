extension ExperimentName {
    static var adjectives: StaticString {
        """
        able agile airy alert amber ample apt arch avid azure basic beige bold brave breezy brief bright brisk
        bronze calm candid careful cheery chief civic civil clean clear clever close cloudy cobalt cool copper
        cosmic cosy cozy crisp curious dapper daring deep deft dense direct dreamy dry dusky eager early earnest
        east easy elder elegant epic equal even exact fair famed fancy fast fearless festive fine firm first
        fleet fluent flying focal fond formal frank free fresh frosty full gentle giant gifted glad gleaming
        global golden good grand grateful great green handy happy hardy hazel hearty helpful high honest humble
        icy ideal indigo inner ivory jade jaunty jolly jovial joyful keen kind large lasting late lavish lean
        level light lilac limber linear little lively lofty long loud loyal lucid lucky lunar lush magic major
        maroon mellow merry mighty mild minor misty modern modest mossy muted native natty neat new nimble noble
        north novel oaken ochre olive open optic orange outer pale patient peppy placid plain playful plucky
        poetic polar polite prime proud prudent pure quaint quick quiet rapid rare ready regal rich ripe robust
        rosy round royal ruby rural rustic sandy scarlet serene sharp shiny silent silver simple sleek slim
        smart smooth snowy snug sober soft solar solid sonic sound south spare spicy spry square stable stark
        steady steep stellar still stout strong sturdy subtle sunny super supple sure swift tall tame tangy
        tawny teal tender tidal tidy timely tiny topaz tranquil trim true trusty tuned twin upbeat urban useful
        valiant vast velvet verdant vernal vital vivid vocal warm wary west whole wide wild willing windy wise
        witty woven young zany zealous zesty
        """
    }

    static var nouns: StaticString {
        """
        acorn adder agate alder alpaca anchor anvil apple apron arch arrow ash aspen atlas atom aurora badger
        bamboo banjo barge basil basin bay beacon bear beaver bee beetle bell birch bison bloom bluff boat bolt
        bough boulder breeze brick bridge brook broom buffalo cabin cactus camel canal candle canoe canyon cape
        castle cedar cello chalk cherry chime cicada cliff cloud clover coast cobra comet compass condor coral
        cove crane creek cricket crow crystal curlew cypress daisy dale dawn deer delta desert dingo dipper dock
        dolphin dove dragon drum duck dune dusk eagle echo egret elk elm ember falcon fern ferret fig finch fir
        fjord flame flint flute foal forest forge fox frog galaxy garnet gate gazelle gecko geyser glade glen
        goose gorge grape grove gull harbor hare harp hawk hazel heath hedge heron hill holly honey hornet ibex
        ibis inlet iris island ivy jackal jasper jay jet juniper kayak kelp kestrel kite kiwi koala lagoon lake
        lantern larch lark laurel lava leaf ledge lemon lemur lens lily lime linden lion lizard llama lobster
        loom lotus lute lynx magnet magpie mango maple marble marlin marsh marten meadow melon mesa meteor mill
        mink mint mirror mole moon moose moss moth mountain mule nebula nectar newt nova oak oar oasis oat ocean
        ocelot olive onyx opal orbit orchard orchid oriole osprey otter owl oyster palm panda panther parrot
        path peach pear pearl pebble pelican penguin peony pepper petal pier pigeon pike pine pixel plain planet
        plover plum pond poplar poppy prairie prism puffin puma quail quarry quartz quill rabbit raccoon rain
        raven reed reef ridge river robin rocket rook root rose rowan sable saddle sage sail salmon sand satin
        scarf seal shell shore shrew sky sloth snail snow sparrow spider spire sprout spruce squid star stone
        stork storm stream summit sun swallow swan swift tapir teak temple thistle thrush thunder tide tiger
        timber toad topaz torch tower trail trout tulip tundra turtle valley vine violet viper vole walnut
        walrus wave weasel whale wheat willow wind wolf wombat wood wren yak yarrow yew zebra zephyr zinnia
        """
    }
}
