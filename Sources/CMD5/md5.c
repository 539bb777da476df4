#include "cmd5.h"
