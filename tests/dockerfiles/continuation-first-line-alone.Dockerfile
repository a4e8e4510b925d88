\
FROM a
RUN b
