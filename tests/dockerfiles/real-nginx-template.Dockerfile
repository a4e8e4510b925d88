FROM nginx:1.25
RUN rm /etc/nginx/conf.d/default.conf
COPY nginx/*.template /etc/nginx/templates/
STOPSIGNAL SIGQUIT
EXPOSE 80/tcp 443/tcp
CMD ["nginx", "-g", "daemon off;"]
