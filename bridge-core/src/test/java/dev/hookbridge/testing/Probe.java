package dev.hookbridge.testing;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * Sends one request of a broker's own protocol, without a client library. An open port is not
 * enough: the broker may still recover its logs, or may be paused.
 */
final class Probe {
  private static final int TIMEOUT_MILLIS = 1_000;
  private static final int METADATA = 3;

  private Probe() {}

  private interface Question {
    boolean ask(DataOutputStream out, DataInputStream in) throws IOException;
  }

  /**
   * Sends a Metadata request, version 1, for no topics. A fenced broker is not in the response's
   * list of brokers.
   */
  static boolean kafka(String host, int port) {
    return ask(
        host,
        port,
        (out, in) -> {
          out.writeInt(2 + 2 + 4 + 2 + 4);
          out.writeShort(METADATA);
          out.writeShort(1);
          out.writeInt(7); // correlation id
          out.writeShort(-1); // no client id
          out.writeInt(0); // no topics
          in.readInt(); // length
          return in.readInt() == 7 && in.readInt() > 0;
        });
  }

  /**
   * Sends the protocol header. A running node answers with the method Connection.Start (10, 10).
   */
  static boolean amqp(String host, int port) {
    return ask(
        host,
        port,
        (out, in) -> {
          out.write("AMQP\0\0\11\1".getBytes(StandardCharsets.US_ASCII));
          in.skipNBytes(1 + 2 + 4); // frame type, channel, length
          return in.readShort() == 10 && in.readShort() == 10;
        });
  }

  private static boolean ask(String host, int port, Question question) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(host, port), TIMEOUT_MILLIS);
      socket.setSoTimeout(TIMEOUT_MILLIS);
      return question.ask(
          new DataOutputStream(socket.getOutputStream()),
          new DataInputStream(socket.getInputStream()));
    } catch (EOFException e) {
      return true; // a Kafka broker that requires authentication closes the connection
    } catch (IOException e) {
      return false;
    }
  }
}
