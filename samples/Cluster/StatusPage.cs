using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using Ftte.Orleans;

namespace Cluster;

/// <summary>Writes the status of the cluster as a page that refreshes itself.</summary>
internal static class StatusPage
{
    /// <param name="status">The status.</param>
    /// <param name="port">The port of the silo that writes the page.</param>
    public static string Write(FtteClusterStatus status, string port)
    {
        var page = new StringBuilder();
        page.Append(CultureInfo.InvariantCulture, $"<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta http-equiv=\"refresh\" content=\"1\"><title>{status.Version}</title>");
        page.Append("<style>body{font-family:sans-serif;margin:2rem}table{border-collapse:collapse}td,th{padding:.3rem .8rem;text-align:left;border-bottom:1px solid #ccc}</style></head><body>");
        page.Append(CultureInfo.InvariantCulture, $"<h1>Version {status.Version}</h1><p>Written by the silo with port {Encode(port)}.</p>");
        page.Append(status.Publisher is { } publisher
            ? $"<p>Publisher on {Encode(publisher.Silo)}: {Encode(publisher.Waiting)} {Encode(publisher.Fault)}</p>"
            : "<p>The publisher does not answer.</p>");
        page.Append("<table><tr><th>Shard</th><th>Silo</th><th>Buffer</th><th>Updates</th><th>At work</th><th>Clients</th><th>Waits for</th></tr>");
        foreach (ShardStatus shard in status.Shards)
        {
            page.Append(
                CultureInfo.InvariantCulture,
                $"<tr><td>{shard.Shard}</td><td>{Encode(shard.Silo)}</td><td>{shard.Buffer}</td><td>{shard.Updates}</td><td>{shard.DevicesAtWork}</td><td>{shard.KnownClients}</td><td>{Encode(shard.Fault ?? shard.Waiting)}</td></tr>");
        }

        foreach (int shard in status.MissingShards)
        {
            page.Append(CultureInfo.InvariantCulture, $"<tr><td>{shard}</td><td colspan=\"6\">does not answer: its silo has failed, and the shard moves to another one</td></tr>");
        }

        return page.Append("</table></body></html>").ToString();
    }

    private static string Encode(string? text) => HtmlEncoder.Default.Encode(text ?? "");
}
