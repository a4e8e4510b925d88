FROM a
RUN b \
  c
USER x
