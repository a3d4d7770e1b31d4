package org.pmuconnector.it.console;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType.LaunchOptions;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.Playwright.CreateOptions;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.AriaRole;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * The console of a Payara Server in a browser, by what its pages show. It only exchanges the inside of its page: the
 * next one has arrived when the elements of the one before are gone.
 */
final class AdminConsole implements AutoCloseable {

    private static final double PATIENCE_MILLIS = 60_000;

    /** The server deploys the console when it is asked for the first time. */
    private static final double LOADING_MILLIS = 240_000;

    private static final int WIDTH = 1500;
    private static final int HEIGHT = 900;

    private static final String MARK = "content => content.firstElementChild.setAttribute('data-left', '')";

    private final Playwright playwright;
    private final Page page;
    private final Path pictures;

    private AdminConsole(Playwright playwright, Page page, Path pictures) {
        this.playwright = playwright;
        this.page = page;
        this.pictures = pictures;
    }

    /**
     * Opens it at its first page.
     *
     * @param browser the program
     * @param pictures where pictures go
     */
    static AdminConsole open(Path browser, URI address, Path pictures) {
        Playwright playwright =
                Playwright.create(new CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        try {
            Browser started = playwright.chromium().launch(new LaunchOptions().setExecutablePath(browser));
            Page page = started.newPage(new Browser.NewPageOptions().setViewportSize(WIDTH, HEIGHT));
            page.setDefaultTimeout(PATIENCE_MILLIS);
            page.setDefaultNavigationTimeout(LOADING_MILLIS);
            PlaywrightAssertions.setDefaultAssertionTimeout(PATIENCE_MILLIS);
            AdminConsole console = new AdminConsole(playwright, page, pictures);
            page.navigate(address.toString());
            console.tree("Resources").waitFor(new Locator.WaitForOptions().setTimeout(LOADING_MILLIS));
            return console;
        } catch (RuntimeException | Error failure) {
            playwright.close();
            throw failure;
        }
    }

    /** Chooses in the tree on the left. */
    void chooseInTree(String text, String title) {
        toNextPage(() -> tree(text).click());
        awaitTitle(title);
    }

    private Locator tree(String text) {
        return page.locator("[id='treeForm:tree']").getByText(text, new Locator.GetByTextOptions().setExact(true));
    }

    /** Follows a link in the page. */
    void follow(String text, String title) {
        toNextPage(() -> content()
                .getByText(text, new Locator.GetByTextOptions().setExact(true))
                .click());
        awaitTitle(title);
    }

    /** Presses a button that leads to another page, or to the same again. */
    void press(String button, String title) {
        toNextPage(() -> content()
                .getByRole(
                        AriaRole.BUTTON,
                        new Locator.GetByRoleOptions().setName(button).setExact(true))
                .first()
                .click());
        awaitTitle(title);
    }

    /** Writes into a field. */
    void fill(String idEnd, String value) {
        byId("input", idEnd).fill(value);
    }

    /** Chooses from a list. */
    void select(String idEnd, String value) {
        byId("select", idEnd).selectOption(value);
    }

    /** Chooses from a list where the choice brings the page anew. */
    void selectAndReload(String idEnd, String value) {
        toNextPage(() -> select(idEnd, value));
    }

    /** Writes the value of a property into the page's table. */
    void setProperty(String name, String value) {
        valueField(rows().filter(named(name))).fill(value);
    }

    /** The properties in the page's table, and their values. */
    Map<String, String> properties() {
        Map<String, String> values = new TreeMap<>();
        for (Locator row : rows().all()) {
            values.put(nameField(row).inputValue(), valueField(row).inputValue());
        }
        return values;
    }

    /** Whether the console hides what is written into a property. */
    boolean isMasked(String name) {
        return rows().filter(named(name)).locator("input[id$=':confV']").isVisible();
    }

    /** Waits until the page tells of something. */
    void awaitMessage(String text) {
        PlaywrightAssertions.assertThat(byId("*", "pageAlert")).containsText(text);
    }

    /** Keeps a picture of all that is seen. */
    void keepPicture(String name) {
        page.locator("body").screenshot(picture(name));
    }

    /** Keeps a picture of the table of properties alone. */
    void keepPictureOfProperties(String name) {
        content().locator("[id$=':basicTable']").first().screenshot(picture(name));
    }

    private Locator.ScreenshotOptions picture(String name) {
        return new Locator.ScreenshotOptions().setPath(pictures.resolve(name + ".png"));
    }

    private void toNextPage(Runnable action) {
        content().evaluate(MARK);
        action.run();
        PlaywrightAssertions.assertThat(content().locator("[data-left]")).hasCount(0);
    }

    private void awaitTitle(String title) {
        PlaywrightAssertions.assertThat(content().locator("[class^=TtlTxt]").first())
                .hasText(title);
    }

    private Locator content() {
        return page.locator("#content");
    }

    private Locator byId(String element, String idEnd) {
        return content().locator(element + "[id$='" + idEnd + "']");
    }

    private Locator rows() {
        return content().locator("tr:has(input[id$=':col2:col1St'])");
    }

    private Locator.FilterOptions named(String name) {
        return new Locator.FilterOptions().setHas(page.locator("input[id$=':col2:col1St'][value='" + name + "']"));
    }

    private static Locator nameField(Locator row) {
        return row.locator("input[id$=':col2:col1St']");
    }

    private static Locator valueField(Locator row) {
        return row.locator("input[id$=':col3:col1St']");
    }

    @Override
    public void close() {
        playwright.close();
    }
}
