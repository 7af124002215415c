package dev.hookbridge.it.decisions;

import dev.hookbridge.harness.decider.Decider;
import dev.hookbridge.harness.host.Site;

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
