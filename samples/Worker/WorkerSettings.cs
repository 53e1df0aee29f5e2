namespace Worker;

/// <summary>Represents what the service reads from configuration: <c>appsettings.json</c>, environment variables or the command line.</summary>
internal sealed class WorkerSettings
{
    /// <summary>Gets or sets the address of the coordinator, up to and including <c>/ftte</c>; required.</summary>
    public Uri? Server { get; set; }

    /// <summary>Gets or sets the folder of the key, the certificate and the model.</summary>
    public string Folder { get; set; } = "device";

    /// <summary>Gets or sets the ID with which the device enrolls.</summary>
    public string Id { get; set; } = Environment.MachineName;

    /// <summary>Gets or sets the one-time token; needed until the device has enrolled.</summary>
    public string? Token { get; set; }

    /// <summary>Gets or sets the fingerprint of the coordinator's authority; needed until the device has enrolled.</summary>
    public string? Authority { get; set; }
}
