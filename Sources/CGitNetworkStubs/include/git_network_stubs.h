#pragma once
// Nothing is called from outside: the symbols only keep libgit2's network layer out of the program.
void git_exp_network_stubs_anchor(void);
