package dev.hookbridge.it.decisions;

import dev.hookbridge.harness.decider.Decider;
import dev.hookbridge.harness.host.Site;

final class AmqpDecisionsIT extends DecisionFaultsContract {
  @Override
  Site site() {
    return Site.rabbitmq();
  }

  @Override
  Decider decider(Site site) throws Exception {
    return Decider.onRabbitmq(site.broker().address());
  }
}
