package org.pmuconnector.sample.web;

/** Numbers in query parameters. */
final class Numbers {

    private Numbers() {}

    static int parse(String name, String text, int min, int max) throws BadRequest {
        int value;
        try {
            value = Integer.parseInt(text);
        } catch (NumberFormatException notANumber) {
            throw outOfRange(name, min, max);
        }
        if (value < min || value > max) {
            throw outOfRange(name, min, max);
        }
        return value;
    }

    private static BadRequest outOfRange(String name, int min, int max) {
        return BadRequest.invalid(name + " must be an integer from " + min + " to " + max);
    }
}
