package dev.hookbridge.testing;

/**
 * A real broker that a test may stop, kill and pause. It keeps its address and its data over {@link
 * #stop}, {@link #kill} and {@link #start}. {@link #close} ends it permanently and removes
 * everything. A broker from the environment cannot do all of this: such a call aborts the test with
 * {@link Needs}.
 */
public interface Broker extends AutoCloseable {

  /**
   * Returns the address. Kafka: {@code host:port} for {@code bootstrap.servers}. RabbitMQ: an
   * {@code amqp://} URI.
   */
  String address();

  /** Starts the broker, and returns when it {@linkplain #awaitReady answers}. */
  void start();

  /** Stops the broker in an orderly way. */
  void stop();

  /** Kills the broker's own process with SIGKILL. */
  void kill();

  /**
   * Suspends the broker's process without ending it. Connections stay open, and nothing answers.
   */
  void pause();

  /** Resumes a paused broker. */
  void resume();

  /** Waits until the broker has answered a request of its protocol. */
  void awaitReady();

  /**
   * Runs one of the broker's tools, {@code rabbitmqctl} or the class of a Kafka tool, and returns
   * its output.
   */
  String run(String... command);

  /** Ends the broker and removes its data. Never throws. */
  @Override
  void close();
}
