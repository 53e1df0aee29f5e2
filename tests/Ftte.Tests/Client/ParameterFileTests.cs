using System.Runtime.CompilerServices;

namespace Ftte.Tests;

/// <summary>A client whose parameters are in a mapped file.</summary>
public sealed class ParameterFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ftte-parameters-").FullName;

    private string Path => System.IO.Path.Combine(_folder, "parameters");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task It_receives_the_same_parameters_and_keeps_them_in_the_file()
    {
        await using ServerBench server = ServerBench.Adding();
        FederatedClient mapped = Connect(server, "mapped", Path), plain = Connect(server, "plain", file: null);
        for (int round = 0; round < 3; round++)
        {
            await mapped.RunOnceAsync();
            await plain.RunOnceAsync();
        }

        await mapped.RunOnceAsync();
        ModelVersion? held = mapped.HeldVersion;
        await server.Round("other");
        await mapped.RunOnceAsync();
        await plain.RunOnceAsync();

        Assert.NotEqual(held, mapped.HeldVersion);
        Assert.Equal(mapped.HeldFingerprint, new ModelSnapshot(ServerBench.Layout, default, mapped.Parameters.ToArray()).Fingerprint);
        Assert.Equal(sizeof(float) * ServerBench.Layout.ParameterCount, new FileInfo(Path).Length);
        GC.KeepAlive(mapped);
    }

    [Fact]
    public async Task A_second_client_on_the_same_file_is_refused_and_the_first_one_goes_on()
    {
        await using ServerBench server = ServerBench.Adding();
        FederatedClient first = Connect(server, "first", Path);
        await first.RunOnceAsync();
        float[] held = first.Parameters.ToArray();

        Assert.Throws<IOException>(() => Connect(server, "second", Path));

        Assert.Equal(held, first.Parameters.ToArray());
        await first.RunOnceAsync();
        Assert.Equal(first.HeldFingerprint, new ModelSnapshot(ServerBench.Layout, default, first.Parameters.ToArray()).Fingerprint);
    }

    [Fact]
    public async Task The_file_of_an_earlier_process_is_replaced_and_a_missing_folder_is_an_error()
    {
        await File.WriteAllBytesAsync(Path, new byte[1000]);
        await using ServerBench server = ServerBench.Adding();
        FederatedClient client = Connect(server, "a", Path);

        Assert.Null(client.HeldVersion);
        Assert.Equal(new float[ServerBench.Layout.ParameterCount], client.Parameters.ToArray());
        Assert.Throws<DirectoryNotFoundException>(() => Connect(server, "b", System.IO.Path.Combine(_folder, "missing", "parameters")));
        Assert.Equal("ParameterFile", Assert.ThrowsAny<ArgumentException>(() => Connect(server, "c", " ")).ParamName);
    }

    [Fact]
    public async Task The_file_is_deleted_and_free_again_when_the_client_is_collected()
    {
        await using ServerBench server = ServerBench.Adding();
        Create();
        for (int i = 0; i < 10 && File.Exists(Path); i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.False(File.Exists(Path));
        Connect(server, "second", Path);

        [MethodImpl(MethodImplOptions.NoInlining)]
        void Create() => Connect(server, "first", Path);
    }

    private static FederatedClient Connect(ServerBench server, string id, string? file) =>
        new(server.Server, new ScriptedTrainer(ServerBench.Layout), new() { ClientId = new ClientId(id), MemoryBudgetBytes = 1 << 20, ParameterFile = file });
}
