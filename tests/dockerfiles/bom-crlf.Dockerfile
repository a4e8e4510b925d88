FROM a
RUN b
