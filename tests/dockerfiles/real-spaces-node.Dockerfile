FROM node:18-alpine
RUN deluser --remove-home node && adduser -D -u 1000 user
USER user
WORKDIR /home/user/app
COPY --chown=user package*.json ./
RUN npm ci
COPY --chown=user . .
ENV PORT=7860 HOST=0.0.0.0
EXPOSE 7860
CMD npm start
