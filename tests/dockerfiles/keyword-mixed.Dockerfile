From a
RuN b
cOpY c d
Cmd e
OnBuild Run f
