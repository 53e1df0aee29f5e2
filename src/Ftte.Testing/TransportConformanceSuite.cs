using Ftte.Selection;
using Xunit;

namespace Ftte.Testing;

/// <summary>What every transport must do. Inherit it, say how to connect, and all facts run against your transport.</summary>
/// <remarks>
/// The transport must carry float32 values as they are. A transport over a network overrides <see cref="ConnectToFaultyServerAsync"/> too. Each fact runs on a new instance; what <see cref="ConnectAsync"/> started is to be stopped by
/// overriding <see cref="DisposeAsync"/>. Proxies that are disposable are disposed by the suite.
/// </remarks>
public abstract partial class TransportConformanceSuite : IAsyncLifetime
{
    /// <summary>What the device's buffer holds where nothing has been written.</summary>
    private const float Untouched = 777;

    private readonly List<IFederatedServer> _links = [];
    private readonly List<ScriptedServer> _scripted = [];

    /// <summary>Gets the layout of the model that the server to be connected has; a proxy may need it.</summary>
    protected ParameterLayout Layout { get; private set; } = SmallLayout;

    private static ParameterLayout SmallLayout { get; } = ParameterLayout.Create(("frozen", [10]), ("trained", [3, 5]), ("between", [9]), ("head", [7]));

    private static ClientId Client { get; } = new("phone-17 \u00e4\u00f6 \u65e5\u672c");

    /// <summary>Gives a device-side proxy of a server that runs in this process, over the transport under test.</summary>
    /// <param name="server">The server. It may be a real one or one that plays a part.</param>
    /// <returns>The proxy.</returns>
    protected abstract ValueTask<IFederatedServer> ConnectAsync(IFederatedServer server);

    /// <summary>Connects to a server, or to something in its place, that fails every call in the same way.</summary>
    /// <param name="fault">How it fails.</param>
    /// <returns>The proxy; null, as by default, if this transport cannot fail in this way. The facts about this fault then pass.</returns>
    protected virtual ValueTask<IFederatedServer?> ConnectToFaultyServerAsync(LinkFault fault) => new((IFederatedServer?)null);

    /// <inheritdoc />
    public virtual Task InitializeAsync() => Task.CompletedTask;

    /// <inheritdoc />
    public virtual async Task DisposeAsync()
    {
        _scripted.ForEach(s => s.Release());
        foreach (IFederatedServer link in _links)
        {
            if (link is IAsyncDisposable asynchronous)
            {
                await asynchronous.DisposeAsync();
            }
            else
            {
                (link as IDisposable)?.Dispose();
            }
        }
    }

    private static float[] Untrained(int count) => [.. Enumerable.Repeat(Untouched, count)];

    private static float[] Ramp(int count) => [.. Enumerable.Range(0, count).Select(i => (float)i)];

    private static CheckOutRequest Device(ModelVersion? held = null, ulong heldFingerprint = 0, ParameterLayout? layout = null) =>
        new(Client, 1 << 20, (layout ?? SmallLayout).Fingerprint, held, HeldFingerprint: heldFingerprint);

    private async Task<IFederatedServer> LinkAsync(IFederatedServer server, ParameterLayout? layout = null)
    {
        Layout = layout ?? SmallLayout;
        IFederatedServer link = await ConnectAsync(server);
        _links.Add(link);
        return link;
    }

    private async Task<(ScriptedServer Server, IFederatedServer Link)> ScriptAsync(ParameterLayout? layout = null)
    {
        var server = new ScriptedServer();
        _scripted.Add(server);
        return (server, await LinkAsync(server, layout));
    }

    /// <summary>A real server, whose model is 0, 1, 2, ... and whose selection leaves out two blocks.</summary>
    private async Task<(FederatedServer Server, IFederatedServer Link)> ServeAsync(FederatedServerOptions? options = null, ReselectionOptions? reselection = null)
    {
        var selections = new SelectionHistory(ParameterSelection.OfBlocks(SmallLayout, "trained", "head"));
        var aggregator = new AddingAggregator(new ModelSnapshot(SmallLayout, default, Ramp(SmallLayout.ParameterCount)), selections);
        var server = new FederatedServer(aggregator, selections, options, reselection: reselection);
        return (server, await LinkAsync(server));
    }
}
