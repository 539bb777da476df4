#pragma once

/// Referenced so that the definitions beside it are linked.
void git_exp_runtime_stubs_anchor(void);
