package io.quorate.client.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.quorate.client.bucket.BucketDefinition;
import io.quorate.client.bucket.BucketInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/** Prints buckets. */
final class BucketTable {
    private BucketTable() {}

    static void print(BucketInfo bucket, Printer printer) {
        if (printer.isJson()) {
            printer.json(ResultTrees.of(bucket));
        } else {
            printRows(List.of(bucket), printer);
        }
    }

    static void print(List<BucketInfo> buckets, Printer printer) {
        if (printer.isJson()) {
            ArrayNode array = JsonNodeFactory.instance.arrayNode();
            buckets.forEach(bucket -> array.add(ResultTrees.of(bucket)));
            printer.json(array);
        } else {
            printRows(buckets, printer);
        }
    }

    private static void printRows(List<BucketInfo> buckets, Printer printer) {
        List<List<String>> rows = new ArrayList<>();
        for (BucketInfo bucket : buckets) {
            BucketDefinition definition = bucket.definition();
            rows.add(List.of(
                    bucket.name(),
                    definition.mode().text(),
                    text(definition.n()),
                    definition.read().orElse("-"),
                    definition.write().orElse("-"),
                    definition.sloppy().map(String::valueOf).orElse("-"),
                    definition.conflicts().map(kind -> kind.text()).orElse("-"),
                    definition.readRepair().map(kind -> kind.text()).orElse("-"),
                    text(definition.maxSiblings())));
        }
        printer.table(
                List.of("NAME", "MODE", "N", "READ", "WRITE", "SLOPPY", "CONFLICTS", "READ REPAIR", "MAX SIBLINGS"),
                rows);
    }

    private static String text(OptionalInt number) {
        return number.isPresent() ? Integer.toString(number.getAsInt()) : "-";
    }
}
