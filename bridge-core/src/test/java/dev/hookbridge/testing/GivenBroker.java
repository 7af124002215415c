package dev.hookbridge.testing;

import java.time.Duration;
import org.awaitility.Awaitility;

/** A broker whose address the environment gives. Tests may use it, but must not stop or kill it. */
final class GivenBroker implements Broker {
  private final Kind kind;
  private final String address;

  GivenBroker(Kind kind, String address) {
    this.kind = kind;
    this.address = address;
  }

  @Override
  public String address() {
    return address;
  }

  @Override
  public void start() {
    awaitReady();
  }

  @Override
  public void awaitReady() {
    Awaitility.await(kind + " at the address in " + kind.variable)
        .atMost(Duration.ofSeconds(60))
        .until(() -> kind.answers(address));
  }

  @Override
  public void stop() {
    mine();
  }

  @Override
  public void kill() {
    mine();
  }

  @Override
  public void pause() {
    mine();
  }

  @Override
  public void resume() {
    mine();
  }

  @Override
  public String run(String... command) {
    mine();
    return "";
  }

  @Override
  public void close() {}

  private void mine() {
    Needs.missing("needs a broker it may hurt: unset " + kind.variable);
  }
}
