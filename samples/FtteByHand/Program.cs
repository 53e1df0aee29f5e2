// FTTE by hand: twenty devices fit y = a x + b x^2 + c in a federation, in plain loops and without the library.
// Each device holds its own points. The weakest device has memory to train two of the three parameters, so only these are uploaded.
// Half of the devices are five times slower, and the server does not wait for them.
using FtteByHand;

const int Devices = 20, Capacity = 5, Versions = 60;
var random = new Random(1);
var data = new (double X, double Y)[Devices][];
for (int device = 0; device < Devices; device++)
{
    data[device] = new (double, double)[20];
    for (int i = 0; i < data[device].Length; i++)
    {
        double x = (random.NextDouble() * 2) - 1;
        data[device][i] = (x, (2 * x) - (3 * x * x) + 0.5 + (0.1 * (random.NextDouble() - 0.5)));
    }
}

// 1. Selection: the most important parameters that fit the weakest device (the public model already contains c).
float[] publicModel = [0, 0, 0.5f];
int[] selection = Selection.Choose(importance: [1.0, 0.8, 0.01], bytesEach: 4, budgetBytes: 8);

// 2. Semi-asynchronous training: updates are folded in the order in which devices finish, and each device restarts from the latest model.
var server = new Server([.. publicModel], Capacity);
var work = new PriorityQueue<(int Device, float[] Received, long Version), double>();
for (int device = 0; device < Devices; device++)
{
    work.Enqueue((device, [.. server.Model], server.Version), Duration(device));
}

while (server.Version < Versions && work.TryDequeue(out var done, out double now))
{
    float[] trained = Device.Train(done.Received, data[done.Device], selection);
    float[] difference = Array.ConvertAll(selection, j => trained[j] - done.Received[j]);
    long before = server.Version;
    double weight = server.Submit(new Update(done.Version, data[done.Device].Length, selection, difference));
    if (server.Version > before && server.Version % 10 == 0)
    {
        Console.WriteLine($"t = {now,5:F1}  version {server.Version,2}  y = {server.Model[0]:F3} x + {server.Model[1]:F3} x^2 + {server.Model[2]:F3}   last update: age {before - done.Version}, weight {weight:F2}");
    }

    work.Enqueue((done.Device, [.. server.Model], server.Version), now + Duration(done.Device));
}

double Duration(int device) => (device % 2 == 0 ? 1 : 5) * (0.9 + (0.2 * random.NextDouble()));
