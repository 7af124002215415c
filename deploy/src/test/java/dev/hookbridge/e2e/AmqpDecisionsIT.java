package dev.hookbridge.e2e;

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
