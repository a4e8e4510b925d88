FROM alpine
#
##
#	x
USER x
