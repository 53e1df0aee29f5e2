using System.Globalization;

namespace Ftte.AspNetCore.Status;

/// <summary>Renders the status page.</summary>
internal static class StatusHtml
{
    private const double BarWidth = 100;

    /// <summary>Renders the whole page.</summary>
    /// <param name="snapshot">The figures.</param>
    /// <param name="events">The address of the events.</param>
    /// <param name="nonce">The nonce of the content security policy.</param>
    public static string RenderPage(StatusSnapshot snapshot, string events, string nonce) => new HtmlText()
        .Raw("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n")
        .Add($"<title>{Title(snapshot)}</title>\n<style nonce=\"{nonce}\">")
        .Raw(StatusAssets.Style)
        .Raw("</style>\n<noscript><meta http-equiv=\"refresh\" content=\"10\"></noscript>\n</head>\n<body>\n")
        .Add($"<header>\n<h1>{Title(snapshot)}</h1>\n<p id=\"link\" role=\"status\">Not live: reload the page for current figures.</p>\n</header>\n<main id=\"main\" data-events=\"{events}\">\n")
        .Raw(RenderMain(snapshot))
        .Add($"</main>\n<script nonce=\"{nonce}\">")
        .Raw(StatusAssets.Script)
        .Raw("</script>\n</body>\n</html>\n")
        .ToString();

    /// <summary>Renders what changes: the content of the main element.</summary>
    public static string RenderMain(StatusSnapshot snapshot)
    {
        var html = new HtmlText();
        AddFaults(html, snapshot.Server);
        AddProgress(html, snapshot);
        AddAccuracy(html, snapshot);
        AddParts(html, snapshot.Server);
        AddDevices(html, snapshot);
        html.Raw("<div class=\"columns\">\n");
        AddCounts(html, "Staleness of accepted updates", "Versions", snapshot.Ages, isDistribution: true);
        AddCounts(html, "Weight of accepted updates", "Weight", snapshot.Weights, isDistribution: true);
        AddCounts(html, "Updates by outcome", "Outcome", Name(snapshot.Updates));
        AddCounts(html, "Requests for work by outcome", "Outcome", Name(snapshot.CheckOuts));
        AddCounts(html, "Rejected requests by reason", "Reason", snapshot.Rejections);
        html.Raw("</div>\n");
        html.Add($"<footer><p>Figures since the app started {Readable.Duration(snapshot.Since)} ago, as of <time datetime=\"{snapshot.Time:O}\">{snapshot.Time:yyyy-MM-dd HH:mm:ss} UTC</time>.</p></footer>\n");
        return html.ToString();
    }

    private static string Title(StatusSnapshot snapshot) => snapshot.Name is { } name ? $"Federation {name}" : "Federation";

    private static KeyValuePair<string, long>[] Name(KeyValuePair<string, long>[] counts) => [.. counts.Select(pair => KeyValuePair.Create(Readable.Words(pair.Key), pair.Value))];

    private static void AddFaults(HtmlText html, FederatedServerStatus server)
    {
        if (server.StoreFault is { } fault)
        {
            html.Add($"<p class=\"fault\">The store fails, and devices wait: {fault.Message}</p>\n");
        }

        foreach (string warning in server.Warnings)
        {
            html.Add($"<p class=\"warning\">{warning}</p>\n");
        }

        if (server.IsStopped)
        {
            html.Raw("<p class=\"fault\">The server was stopped.</p>\n");
        }

        if (server.LatestRefusal is { } refusal)
        {
            html.Add($"<p class=\"warning\">The guard refused {refusal.Number} versions, the latest after {refusal.Version}: {refusal.Reason}</p>\n");
        }

        if (server.IsTrainingEnded)
        {
            html.Raw("<p class=\"warning\">Training has ended, because the model has stopped improving.</p>\n");
        }
    }

    private static void AddProgress(HtmlText html, StatusSnapshot snapshot)
    {
        FederatedServerStatus server = snapshot.Server;
        double perHour = snapshot.Since > TimeSpan.FromMinutes(1) ? snapshot.PublishedVersions / snapshot.Since.TotalHours : double.NaN;
        html.Raw("<section aria-labelledby=\"progress\">\n<h2 id=\"progress\">Progress</h2>\n<dl class=\"facts\">\n");
        AddFact(html, "Version", server.Version.ToString());
        AddFact(html, "Last version", $"{Readable.Duration(server.SincePublication)} ago");
        AddFact(html, "Versions per hour", double.IsNaN(perHour) ? "–" : perHour.ToString("#,0.#", CultureInfo.InvariantCulture));
        AddFact(html, "Parameters", server.ParameterCount.ToString("N0", CultureInfo.InvariantCulture));
        AddFact(html, "At work", server.DevicesAtWork.ToString("N0", CultureInfo.InvariantCulture));
        AddFact(html, "Known devices", server.KnownClients.ToString("N0", CultureInfo.InvariantCulture));
        AddFact(html, "Updates in queue", string.Create(CultureInfo.InvariantCulture, $"{server.QueueLength} of {server.QueueCapacity}"));
        AddFact(html, "Received", Readable.Bytes(snapshot.ReceivedBytes));
        AddFact(html, "Sent", Readable.Bytes(snapshot.SentBytes));
        html.Raw("</dl>\n</section>\n");
    }

    private static void AddFact(HtmlText html, string name, string value) => html.Add($"<div><dt>{name}</dt><dd>{value}</dd></div>\n");

    private static void AddAccuracy(HtmlText html, StatusSnapshot snapshot)
    {
        if (snapshot.Server.LatestEvaluation is not { Answers.Length: > 0 } evaluation)
        {
            return;
        }

        html.Raw("<section aria-labelledby=\"accuracy\">\n<h2 id=\"accuracy\">Accuracy on devices</h2>\n");
        html.Add($"<div class=\"scroll\"><table>\n<caption>Version {evaluation.Version}, {evaluation.Answers.Length} of {evaluation.RequestedAnswers} devices</caption>\n");
        html.Raw("<thead><tr><th scope=\"col\">Metric</th><th scope=\"col\" class=\"number\">Devices</th><th scope=\"col\" class=\"number\">Mean</th><th scope=\"col\" class=\"number\">10 %</th><th scope=\"col\" class=\"number\">Median</th><th scope=\"col\" class=\"number\">90 %</th><th scope=\"col\">False answers tolerated</th><th scope=\"col\">Mean so far</th></tr></thead>\n<tbody>\n");
        for (int i = 0; i < evaluation.Metrics.Length; i++)
        {
            string metric = evaluation.Metrics[i].Name;
            AddStatistics(html, metric, evaluation.GetStatistics(metric)!);
            AddLine(html, metric, [.. snapshot.Evaluations.Where(point => point.Means.Length > i).Select(point => (point.Version, point.Means[i]))]);
            html.Raw("</td></tr>\n");
            foreach (string group in evaluation.Groups)
            {
                AddStatistics(html, $"{metric}, {group}", evaluation.GetStatistics(metric, group)!);
                html.Raw("–</td></tr>\n");
            }
        }

        html.Raw("</tbody>\n</table></div>\n</section>\n");
    }

    /// <summary>Adds a row up to its last cell, which is left open. One false answer of ten can choose a decile, so the row states how many each quantile tolerates.</summary>
    private static void AddStatistics(HtmlText html, string name, MetricStatistics statistics)
    {
        html.Add($"<tr><th scope=\"row\">{name}</th><td class=\"number\">{statistics.Count}</td><td class=\"number\">{statistics.Mean:0.####}</td><td class=\"number\">{statistics.GetQuantile(0.1):0.####}</td>");
        html.Add($"<td class=\"number\">{statistics.GetQuantile(0.5):0.####}</td><td class=\"number\">{statistics.GetQuantile(0.9):0.####}</td>");
        html.Add($"<td>{statistics.GetMaxFalseAnswers(0.1)}, {statistics.GetMaxFalseAnswers(0.5)}, {statistics.GetMaxFalseAnswers(0.9)}</td><td>");
    }

    /// <summary>Adds a line over versions, with its first and last value as its text for screen readers.</summary>
    private static void AddLine(HtmlText html, string name, (long Version, double Value)[] points)
    {
        if (points.Length < 2)
        {
            html.Raw("–");
            return;
        }

        const double Width = 160, Height = 32, Margin = 2;
        (double first, double last) = (points[0].Version, points[^1].Version);
        double min = points.Min(point => point.Value), range = Math.Max(points.Max(point => point.Value) - min, 1e-12);
        string line = string.Join(' ', points.Select(point => string.Create(
            CultureInfo.InvariantCulture,
            $"{Margin + ((Width - (2 * Margin)) * (point.Version - first) / Math.Max(1, last - first)):0.#},{Height - Margin - ((Height - (2 * Margin)) * (point.Value - min) / range):0.#}")));
        html.Add($"<svg class=\"line\" viewBox=\"0 0 {Width} {Height}\" width=\"{Width}\" height=\"{Height}\" role=\"img\" aria-label=\"{name} from {points[0].Value:0.###} at version {points[0].Version} to {points[^1].Value:0.###} at version {points[^1].Version}\">");
        html.Add($"<polyline points=\"{line}\"/></svg>");
    }

    private static void AddParts(HtmlText html, FederatedServerStatus server)
    {
        if (server.Parts.IsEmpty)
        {
            return;
        }

        html.Raw("<section aria-labelledby=\"parts\">\n<h2 id=\"parts\">Shards</h2>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"List of shards\"><table>\n");
        html.Raw("<thead><tr><th scope=\"col\">Shard</th><th scope=\"col\">Runs on</th><th scope=\"col\" class=\"number\">Updates</th><th scope=\"col\" class=\"number\">At work</th><th scope=\"col\" class=\"number\">Devices</th><th scope=\"col\">Waits for</th></tr></thead>\n<tbody>\n");
        foreach (ServerPart part in server.Parts)
        {
            html.Add($"<tr><th scope=\"row\">{part.Name}</th><td>{part.Location ?? "does not answer"}</td><td class=\"number\">{part.Updates:N0}</td><td class=\"number\">{part.DevicesAtWork:N0}</td><td class=\"number\">{part.KnownClients:N0}</td><td>{part.Waiting ?? "–"}</td></tr>\n");
        }

        html.Raw("</tbody>\n</table></div>\n</section>\n");
    }

    private static void AddDevices(HtmlText html, StatusSnapshot snapshot)
    {
        html.Raw("<section aria-labelledby=\"devices\">\n<h2 id=\"devices\">Devices</h2>\n");
        if (snapshot.Clients.IsEmpty)
        {
            html.Raw("<p>No device has requested work.</p>\n</section>\n");
            return;
        }

        html.Add($"<div class=\"scroll devices\" tabindex=\"0\" role=\"region\" aria-label=\"List of devices\"><table>\n<caption>{snapshot.Clients.Length} of {snapshot.Server.KnownClients}, most recently seen first</caption>\n");
        html.Raw("<thead><tr><th scope=\"col\">Device</th><th scope=\"col\">State</th><th scope=\"col\" class=\"number\">For</th><th scope=\"col\" class=\"number\">Seen</th></tr></thead>\n<tbody>\n");
        foreach (KnownClient client in snapshot.Clients)
        {
            string since = client.AtWork is { } time ? Readable.Duration(time) : "";
            html.Add($"<tr><th scope=\"row\">{client.Client}</th><td>{Readable.Words(client.Activity.ToString())}</td><td class=\"number\">{since}</td><td class=\"number\">{Readable.Duration(client.SinceSeen)} ago</td></tr>\n");
        }

        html.Raw("</tbody>\n</table></div>\n</section>\n");
    }

    private static void AddCounts(HtmlText html, string title, string column, KeyValuePair<string, long>[] counts, bool isDistribution = false)
    {
        long sum = counts.Sum(pair => pair.Value), max = Math.Max(1, counts.Select(pair => pair.Value).DefaultIfEmpty().Max());
        html.Add($"<section>\n<h2>{title}</h2>\n");
        if (sum == 0)
        {
            html.Raw("<p>None.</p>\n</section>\n");
            return;
        }

        html.Add($"<table class=\"counts\">\n<thead><tr><th scope=\"col\">{column}</th><th scope=\"col\" class=\"number\">Count</th><th scope=\"col\" class=\"number\">Share</th><td aria-hidden=\"true\"></td></tr></thead>\n<tbody>\n");
        foreach ((string name, long count) in counts)
        {
            if (count == 0 && !isDistribution)
            {
                continue;
            }

            html.Add($"<tr><th scope=\"row\">{name}</th><td class=\"number\">{count:N0}</td><td class=\"number\">{100.0 * count / sum:0} %</td>");
            html.Add($"<td aria-hidden=\"true\"><svg class=\"bar\" viewBox=\"0 0 {BarWidth} 10\" preserveAspectRatio=\"none\"><rect width=\"{BarWidth * count / max:0.#}\" height=\"10\"/></svg></td></tr>\n");
        }

        html.Raw("</tbody>\n</table>\n</section>\n");
    }
}
