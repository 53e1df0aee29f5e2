using Ftte.DependencyInjection;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Validates the federated servers and clients of an app at startup.</summary>
public static class FtteServiceProviderExtensions
{
    /// <summary>
    /// Creates every federated server and client that was added, so that missing services and invalid options are reported at startup and not by the first device.
    /// </summary>
    /// <param name="provider">The app's services, such as <c>host.Services</c>.</param>
    /// <returns>The same provider.</returns>
    /// <remarks>Loads models and starts servers; clients do not connect. Call it after building and before running a host.</remarks>
    /// <exception cref="InvalidOperationException">Servers or clients cannot be created. The message states all reasons.</exception>
    public static IServiceProvider ValidateFtte(this IServiceProvider provider)
    {
        ArgumentNullException.ThrowIfNull(provider);
        var errors = new List<Exception>();
        var reasons = new List<string>();
        foreach (Federation federation in provider.GetServices<Federation>())
        {
            try
            {
                provider.GetRequiredKeyedService(federation.Service, federation.Name);
            }
            catch (Exception error)
            {
                errors.Add(error);
                reasons.Add($"{federation} cannot be created: {error.Message}");
            }
        }

        return errors.Count == 0
            ? provider
            : throw new InvalidOperationException(string.Join(Environment.NewLine, reasons), errors.Count == 1 ? errors[0] : new AggregateException(errors));
    }
}
