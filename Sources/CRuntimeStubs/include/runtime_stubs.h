#pragma once

// Nothing is called from outside: the definitions only take the place of those in the runtime.
void git_exp_runtime_stubs_anchor(void);
