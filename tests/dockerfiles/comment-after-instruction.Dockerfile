FROM alpine
EXPOSE 80 # web
USER x # y
ENV A=1 # b
