package dev.hookbridge.testing;

/**
 * A real broker a test may hurt. It keeps its address and its data through {@link #stop}, {@link
 * #kill} and {@link #start}; {@link #close} ends it for good and removes everything. What a broker
 * given by the environment cannot do aborts the test by {@link Needs}.
 */
public interface Broker extends AutoCloseable {

  /** Kafka: {@code host:port} for {@code bootstrap.servers}. RabbitMQ: an {@code amqp://} URI. */
  String address();

  /** Starts it, and returns once it {@linkplain #awaitReady answers}. */
  void start();

  /** Ends it in an orderly way. */
  void stop();

  /** Ends the broker's own process with SIGKILL. */
  void kill();

  /** Stops the broker's process without ending it: connections stay open, nobody answers. */
  void pause();

  void resume();

  /** Returns when the broker has answered a request of its protocol. */
  void awaitReady();

  /**
   * Runs one of the broker's tools, {@code rabbitmqctl} or the class of a Kafka tool, and returns
   * what it printed.
   */
  String run(String... command);

  /** Never throws. */
  @Override
  void close();
}
