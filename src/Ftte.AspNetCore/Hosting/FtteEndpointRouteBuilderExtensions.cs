using Ftte;
using Ftte.AspNetCore;
using Ftte.AspNetCore.Endpoints;
using Ftte.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps the endpoints of federations.</summary>
public static class FtteEndpointRouteBuilderExtensions
{
    /// <summary>Maps the endpoints that devices call: check-outs, downloads and updates. They require the policy <see cref="FtteDefaults.DevicePolicy"/>.</summary>
    /// <param name="endpoints">The app's endpoints.</param>
    /// <param name="pattern">The start of the addresses.</param>
    /// <param name="options">The options; null for the defaults. Copied.</param>
    /// <param name="name">The name of the server, if the container has several; null for the one without a name.</param>
    /// <returns>
    /// A builder for conventions of these endpoints. <c>AllowAnonymous()</c> admits devices without authentication, for tests; their IDs are then claims.
    /// </returns>
    /// <exception cref="InvalidOperationException"><c>services.AddFtteEndpoints()</c> was not called, or the container has no server with the name.</exception>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public static RouteGroupBuilder MapFtte(this IEndpointRouteBuilder endpoints, string pattern = "/ftte", FtteEndpointOptions? options = null, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(pattern);
        EndpointServices.Check(endpoints.ServiceProvider, nameof(MapFtte));
        options = options?.Copy() ?? new FtteEndpointOptions();
        options.Validate();
        IServiceProvider services = endpoints.ServiceProvider;
        IFederatedServer server = services.GetRequiredKeyedService<IFederatedServer>(name);
        ParameterLayout layout = (server as ISnapshotServer)?.Current.Layout ?? services.GetRequiredKeyedService<ModelSnapshot>(name).Layout;
        var handlers = new FederationEndpoints(server, layout, options, services.GetRequiredService<TimeProvider>(), services.GetService<IHostApplicationLifetime>());
        RouteGroupBuilder group = endpoints.MapGroup(pattern).RequireAuthorization(FtteDefaults.DevicePolicy).RequireRateLimiting(FtteDefaults.RateLimit).WithMetadata(EndpointServices.Metadata);
        group.MapPost(HttpProtocol.CheckOutPath, ProtocolEndpoint.Create(handlers.CheckOutAsync));
        group.MapPut(HttpProtocol.UpdatePath + "{id}", ProtocolEndpoint.Create(handlers.SubmitAsync));
        group.MapMethods(HttpProtocol.BlobPath + "{digest}", ["GET", "HEAD"], ProtocolEndpoint.Create(handlers.DownloadAsync, isVersioned: false));
        return group;
    }
}
