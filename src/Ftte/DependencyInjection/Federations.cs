using System.Diagnostics.Metrics;
using Ftte.Diagnostics;
using Microsoft.Extensions.DependencyInjection;

namespace Ftte.DependencyInjection;

/// <summary>Provides helpers to add servers and clients to a container.</summary>
internal static class Federations
{
    public static void CheckName(string? name)
    {
        if (name is not null)
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(name);
        }
    }

    public static void CheckIsNew<T>(IServiceCollection services, string? name, string call)
    {
        foreach (ServiceDescriptor service in services)
        {
            if (service.ServiceType == typeof(T) && Equals(service.ServiceKey, name))
            {
                throw new InvalidOperationException(
                    $"{new Federation(typeof(T), name)} was already added. Configure it with the builder that {call} returned, or give the second one a unique name: {call}(..., name: \"...\").");
            }
        }
    }

    /// <summary>Returns a copy of the options of a server, with the meter of the container and the memory that the first selection requires.</summary>
    public static FederatedServerOptions GetServerOptions(IServiceProvider provider, string? name)
    {
        FederatedServerOptions options = provider.GetRequiredKeyedService<FederatedServerOptions>(name).Copy();
        options.CreateMeter ??= CreateMeter(provider, name);
        options.RequiredMemoryBytes = Math.Max(options.RequiredMemoryBytes, provider.GetKeyedService<RequiredMemory>(name)?.Bytes ?? 0);
        return options;
    }

    public static InvalidOperationException Missing<T>(string? name, string part, string call) =>
        new($"{new Federation(typeof(T), name)} has no {part}. Add .{call}(...) after services.{(typeof(T) == typeof(FederatedServer) ? "AddFtteServer" : "AddFtteClient")}(...).");

    /// <summary>Returns a factory of the meter of a server; null if the container has no <see cref="IMeterFactory"/>. It returns the same meter for the same name and tags, so each server needs its own tags.</summary>
    private static Func<Meter>? CreateMeter(IServiceProvider provider, string? name) => provider.GetService<IMeterFactory>() is { } meters
        ? () => meters.Create(new MeterOptions(FtteDiagnostics.MeterName) { Tags = name is null ? null : [new KeyValuePair<string, object?>(FtteDiagnostics.FederationTag, name)] })
        : null;
}
