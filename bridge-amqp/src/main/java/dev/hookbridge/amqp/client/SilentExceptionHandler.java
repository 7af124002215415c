package dev.hookbridge.amqp.client;

import com.rabbitmq.client.impl.ForgivingExceptionHandler;

/**
 * Switches off the client's own logging of errors. Every end of a connection is also reported as an
 * outcome. The sink worker logs it once, but the client would log it at each attempt.
 */
final class SilentExceptionHandler extends ForgivingExceptionHandler {
  @Override
  protected void log(String message, Throwable e) {}
}
