package dev.hookbridge.http;

import com.sun.net.httpserver.Headers;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/**
 * The request line and the headers of a request. A body is not read, because no handler accepts
 * one.
 *
 * @param protocol {@code HTTP/1.0} or {@code HTTP/1.1}
 */
record RequestHead(String method, URI target, String protocol, Headers headers) {
  /** Maximum size of a head, in bytes. It is more than any browser sends. */
  static final int MOST_BYTES = 8 << 10;

  private static final String END = "\r\n\r\n";
  private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
  private static final Pattern PROTOCOL = Pattern.compile("HTTP/1\\.[01]");
  private static final Pattern CONTROL = Pattern.compile("[\\x00-\\x08\\x0a-\\x1f\\x7f]");

  /** Thrown for an invalid head. */
  static final class Malformed extends Exception {
    private static final long serialVersionUID = 1;

    Malformed(String message) {
      super(message, null, false, false);
    }
  }

  /**
   * Returns whether the bytes contain a complete head.
   *
   * @param from the start of the search; there is no end of a head before it
   */
  static boolean whole(byte[] bytes, int from, int size) {
    for (int i = Math.max(0, from - END.length()); i + END.length() <= size; i++) {
      if (bytes[i] == '\r'
          && bytes[i + 1] == '\n'
          && bytes[i + 2] == '\r'
          && bytes[i + 3] == '\n') {
        return true;
      }
    }
    return false;
  }

  /** Parses a complete head. Data after it is ignored. */
  static RequestHead parse(byte[] bytes, int size) throws Malformed {
    String text = new String(bytes, 0, size, StandardCharsets.ISO_8859_1);
    String[] lines = text.substring(0, text.indexOf(END)).split("\r\n", -1);
    String[] words = lines[0].split(" ", -1);
    if (words.length != 3
        || !TOKEN.matcher(words[0]).matches()
        || !PROTOCOL.matcher(words[2]).matches()) {
      throw new Malformed("the first line is none");
    }
    Headers headers = new Headers();
    for (int i = 1; i < lines.length; i++) {
      int colon = lines[i].indexOf(':');
      String name = colon < 0 ? "" : lines[i].substring(0, colon);
      if (!TOKEN.matcher(name).matches() || CONTROL.matcher(lines[i]).find()) {
        throw new Malformed("a header is none");
      }
      headers.add(name, lines[i].substring(colon + 1).strip());
    }
    return new RequestHead(words[0], target(words[1]), words[2], headers);
  }

  private static URI target(String word) throws Malformed {
    try {
      URI target = new URI(word);
      if (word.startsWith("/") && !word.startsWith("//") && target.getPath() != null) {
        return target;
      }
    } catch (URISyntaxException e) {
      throw new Malformed("the target is none");
    }
    throw new Malformed("the target is not a path");
  }
}
