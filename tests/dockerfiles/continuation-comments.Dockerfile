FROM alpine
RUN a \
# one
  && b \
  # two
	# three
  && c
USER x
