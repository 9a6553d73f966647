package io.quorate.node.server;

import java.util.Collection;

/**
 * The known name that a mistyped one is most like: fewest letters to insert, delete or replace (Levenshtein 1966), for the
 * length of the longer one.
 */
final class Nearest {
    private Nearest() {}

    static String to(String wrong, Collection<String> known) {
        String best = "";
        double least = Double.MAX_VALUE;
        for (String name : known) {
            double distance = (double) distance(wrong, name) / Math.max(wrong.length(), name.length());
            if (distance < least) {
                least = distance;
                best = name;
            }
        }
        return best;
    }

    private static int distance(String a, String b) {
        int[] above = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            above[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] row = new int[b.length() + 1];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replace = above[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(replace, Math.min(above[j], row[j - 1]) + 1);
            }
            above = row;
        }
        return above[b.length()];
    }
}
