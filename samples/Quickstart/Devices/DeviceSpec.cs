namespace Quickstart;

/// <summary>One simulated device.</summary>
/// <param name="Name">Its name, unique.</param>
/// <param name="Kind">What it is.</param>
/// <param name="MemoryBudgetBytes">The memory it can spare for training, in bytes.</param>
/// <param name="IsSlow">Whether it computes ten times longer than the others.</param>
/// <param name="SecondsPerExample">The virtual time it takes to train on one example once, in seconds.</param>
/// <param name="DownloadBytesPerSecond">How fast it receives.</param>
/// <param name="UploadBytesPerSecond">How fast it sends.</param>
/// <param name="ExampleCount">How many digits it holds.</param>
internal sealed record DeviceSpec(
    string Name,
    DeviceKind Kind,
    long MemoryBudgetBytes,
    bool IsSlow,
    double SecondsPerExample,
    double DownloadBytesPerSecond,
    double UploadBytesPerSecond,
    int ExampleCount);
