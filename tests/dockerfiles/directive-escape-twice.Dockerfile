# escape=`
# escape=`
FROM a
RUN b
