# escape=x
FROM a
RUN b
