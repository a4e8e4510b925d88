FROM node:16
# Create app directory
WORKDIR /usr/src/app
# A wildcard is used to take package.json and package-lock.json
COPY package*.json ./
RUN npm install
# RUN npm ci --omit=dev
# Bundle app source
COPY . .
EXPOSE 8080
CMD [ "node", "server.js" ]
