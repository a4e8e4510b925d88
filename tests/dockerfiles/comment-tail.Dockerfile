FROM alpine
CMD a

# one
# two
#
