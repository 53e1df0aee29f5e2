namespace Cluster;

/// <summary>Represents the options of the command.</summary>
/// <param name="Folder">The folder of the database and the logs.</param>
/// <param name="Silos">The number of silo processes.</param>
/// <param name="Devices">The number of devices.</param>
/// <param name="Port">The port of the endpoints of the first silo.</param>
/// <param name="Versions">The version after which the cluster stops; 0 for none.</param>
/// <param name="Kill">The number of the silo to kill in a cluster that runs; 0 to run a cluster.</param>
internal sealed record ClusterOptions(string Folder, int Silos, int Devices, int Port, int Versions, int Kill);
