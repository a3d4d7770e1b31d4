package org.pmuconnector.daemon.doctor;

/**
 * A part of the kernel that RDMA needs.
 *
 * @param name such as rdma_ucm
 * @param state whether it is there
 */
public record KernelModule(String name, State state) {

    /** Whether a module is there. */
    public enum State {
        LOADED("loaded"),
        BUILT_IN("built in"),
        MISSING("not loaded");

        private final String text;

        State(String text) {
            this.text = text;
        }

        /** Such as "not loaded". */
        @Override
        public String toString() {
            return text;
        }
    }
}
