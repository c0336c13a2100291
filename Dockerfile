# One image for all services; docker-compose.yml says which of them a container runs.
FROM node:26-bookworm-slim

# gitops-writer runs git, and reaches repositories by ssh and https.
RUN apt-get update \
  && apt-get install --yes --no-install-recommends ca-certificates git openssh-client \
  && rm -rf /var/lib/apt/lists/*

WORKDIR /titan
COPY . .
# The image is the Node that Titan runs on, so the one that comes as a package is left out.
RUN npm ci --omit=dev --omit=optional --no-audit --no-fund \
  && mkdir /state /git \
  && chown node:node /state /git

USER node
ENV NODE_ENV=production
EXPOSE 7070 8081
CMD ["node", "services/api/src/main.ts"]
