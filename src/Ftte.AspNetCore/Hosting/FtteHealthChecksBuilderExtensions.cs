using Ftte.AspNetCore;
using Ftte.AspNetCore.Health;
using Ftte.AspNetCore.Status;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds health checks of federations.</summary>
public static class FtteHealthChecksBuilderExtensions
{
    /// <summary>Adds a health check of a federated server: its store, its queue, the parts of a cluster, the age of its version and, if a folder is specified, the free space of the disk.</summary>
    /// <param name="builder">The health checks, such as <c>services.AddHealthChecks()</c>.</param>
    /// <param name="configure">Sets the limits; called and validated at once. Null for the defaults.</param>
    /// <param name="name">The name of the server; null for the server without a name. The check is named <c>ftte</c> or <c>ftte-NAME</c>.</param>
    /// <param name="tags">The tags of the check, such as to separate readiness from liveness; null for none.</param>
    /// <returns>The builder.</returns>
    /// <remarks>
    /// A failing store or a stopped server is unhealthy; the other limits only degrade. The description states the reason, and the data has the figures. A degraded federation still
    /// works: do not restart it for that.
    /// </remarks>
    /// <exception cref="ArgumentException">A limit is out of range.</exception>
    public static IHealthChecksBuilder AddFtte(this IHealthChecksBuilder builder, Action<FtteHealthOptions>? configure = null, string? name = null, IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var options = new FtteHealthOptions();
        configure?.Invoke(options);
        options.Validate();
        options = options.Copy();
        return builder.Add(new HealthCheckRegistration(
            name is null ? "ftte" : $"ftte-{name}",
            provider => new FederationHealthCheck(() => StatusSource.Get(provider, name), options, folder => new DriveInfo(Path.GetFullPath(folder)).AvailableFreeSpace),
            failureStatus: null,
            tags));
    }
}
