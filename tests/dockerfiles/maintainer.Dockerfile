FROM alpine
MAINTAINER Jo <jo@example.com>
