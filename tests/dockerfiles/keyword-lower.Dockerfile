from a
run b
copy c d
cmd ["e"]
