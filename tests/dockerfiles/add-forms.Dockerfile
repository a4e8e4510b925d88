FROM alpine
ADD a.tar.gz /b/
ADD https://example.com/c /d
ADD git@example.com:x/y.git#main /e
ADD a* b? /f/
