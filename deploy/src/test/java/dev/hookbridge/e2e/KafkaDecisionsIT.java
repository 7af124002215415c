package dev.hookbridge.e2e;

final class KafkaDecisionsIT extends DecisionFaultsContract {
  @Override
  Site site() {
    return Site.kafka();
  }

  @Override
  Decider decider(Site site) {
    return Decider.onKafka(site.broker().address());
  }
}
