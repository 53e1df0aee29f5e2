using System.Reflection;
using Ftte.Testing;
using Xunit.Sdk;

namespace Ftte.PublicApi.Tests.Transports;

/// <summary>Runs facts of the suite against a transport with a planted fault.</summary>
internal sealed class FaultySuite(PlantedFault fault) : TransportConformanceSuite
{
    /// <summary>Gets the names of all facts of the suite.</summary>
    public static IEnumerable<string> Facts => Methods.Select(method => method.Name);

    /// <summary>A fault that hangs is found sooner; in all others a call must never be taken for hanging, however slow the machine.</summary>
    protected override TimeSpan CallTimeout => fault.Hangs ? TimeSpan.FromSeconds(0.5) : TimeSpan.FromMinutes(2);

    private static IEnumerable<MethodInfo> Methods => typeof(TransportConformanceSuite).GetMethods().Where(method => method.IsDefined(typeof(FactAttribute)));

    /// <summary>Runs all cases of a fact, each on a new instance.</summary>
    /// <returns>The first failure; null if all cases pass.</returns>
    public static async Task<Exception?> RunAsync(PlantedFault fault, string fact)
    {
        MethodInfo method = Methods.Single(method => method.Name == fact);
        object?[][] cases = method.IsDefined(typeof(TheoryAttribute))
            ? [.. method.GetCustomAttributes<DataAttribute>().SelectMany(data => data.GetData(method))]
            : [[]];
        foreach (object?[] arguments in cases)
        {
            var suite = new FaultySuite(fault);
            Exception? failure = await Record.ExceptionAsync(() => (Task)method.Invoke(suite, arguments)!);
            // Also after a failure: it ends the calls that still wait. A transport that hangs may hang here too.
            Exception? atDisposal = await Record.ExceptionAsync(suite.DisposeAsync);
            failure ??= atDisposal;
            if (failure is not null)
            {
                return failure;
            }
        }

        return null;
    }

    protected override ValueTask<IFederatedServer> ConnectAsync(IFederatedServer server) => new(fault.Plant(server, Layout));

    protected override ValueTask<IFederatedServer?> ConnectToFaultyServerAsync(LinkFault link) => new(fault.Plant(new BrokenServer(link), Layout));
}
