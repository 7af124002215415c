package dev.hookbridge.e2e;

import org.junit.jupiter.api.Test;

final class KafkaDecisionsIT extends DecisionsContract {
  @Override
  Site site() {
    return Site.kafka();
  }

  @Override
  Decider decider(Site site) {
    return Decider.onKafka(site.broker().address());
  }

  @Test
  void aBrokerThatIsDownOrHaltedIsAnErrorInTimeAndHealsByItself() throws Exception {
    brokerDownOrHalted();
  }
}
