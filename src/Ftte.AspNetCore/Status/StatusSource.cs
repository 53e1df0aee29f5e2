using Microsoft.Extensions.DependencyInjection;

namespace Ftte.AspNetCore.Status;

/// <summary>Finds the server of which a health check or a status page reports.</summary>
internal static class StatusSource
{
    /// <summary>Returns the server with a name; also one that the app created and added itself.</summary>
    /// <exception cref="InvalidOperationException">The container has no server with the name.</exception>
    public static IServerStatusSource Get(IServiceProvider services, string? name) =>
        services.GetKeyedService<IServerStatusSource>(name) ?? services.GetRequiredKeyedService<FederatedServer>(name);
}
