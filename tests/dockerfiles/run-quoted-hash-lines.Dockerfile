FROM alpine
RUN echo 'a' \
  '# not a comment for the shell' \
  # one for the builder
  'b'
USER x
