// Eight devices fit a line in a federation over TCP, with a custom transport.
using System.Net;
using System.Net.Sockets;
using CustomTransport;
using Ftte;
using Ftte.Aggregation;
using Ftte.Selection;

var layout = ParameterLayout.Create(("slope", [1]), ("offset", [1]));
var selections = new SelectionHistory(ParameterSelection.Full(layout));
var aggregator = new BufferedAggregator(new ModelSnapshot(layout, default, [0, 0]), selections, new() { Capacity = 4 });
await using var server = new FederatedServer(aggregator, selections);

using var listener = new TcpListener(IPAddress.Loopback, 0);
listener.Start();
using var stop = new CancellationTokenSource();
Task serving = new TcpServerEndpoint(server, layout).RunAsync(listener, stop.Token);

var address = (IPEndPoint)listener.LocalEndpoint;
using var proxy = new TcpServerProxy(address, layout);
Task[] devices = [.. Enumerable.Range(0, 8).Select(i => new FederatedClient(
    proxy, new LineTrainer(layout, i), new() { ClientId = new ClientId($"device-{i}"), MemoryBudgetBytes = 1 << 20, PauseBetweenRounds = TimeSpan.FromMilliseconds(1) }).RunAsync(stop.Token))];
await foreach (ModelSnapshot model in server.WatchAsync())
{
    if (model.Version.Number >= 50)
    {
        Console.WriteLine($"{model.Version} over TCP at {address}: y = {model.Parameters.Span[0]:F2} x + {model.Parameters.Span[1]:F2} (the data: y = 2 x - 1)");
        break;
    }
}

await stop.CancelAsync();
await Task.WhenAll([serving, .. devices]).ContinueWith(_ => { }, TaskScheduler.Default);
