# a comment with x=y in it
# escape=`
FROM a
RUN a `
USER b
