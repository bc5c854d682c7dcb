/** Starts the server that Trino's own archive would start; `-Dconfig` names its settings. */
public final class Launch {
    public static void main(String[] arguments) {
        new io.trino.server.Server().start(arguments[0]);
    }
}
