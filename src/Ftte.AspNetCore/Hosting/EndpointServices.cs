using Microsoft.Extensions.DependencyInjection;

namespace Ftte.AspNetCore.Hosting;

/// <summary>Marks the container of an app that added what the endpoints need, and the endpoints themselves.</summary>
internal sealed class EndpointServices
{
    /// <summary>Gets the metadata by which an endpoint of this library is recognized.</summary>
    public static EndpointServices Metadata { get; } = new();

    /// <summary>Checks that the app added what the endpoints need.</summary>
    public static void Check(IServiceProvider services, string call)
    {
        if (services.GetService<EndpointServices>() is null)
        {
            throw new InvalidOperationException($"{call} requires services. Call services.AddFtteIdentity(...), or services.AddFtteEndpoints() if the app authenticates devices by itself, before the app is built.");
        }
    }
}
